"""The one expression language: a typed, bounded subset of S-FEEL.

Text is read once (`grammar` to `syntax`), its types are settled before anything runs (`checking`), and it
is evaluated by closures over plain data (`evaluation`, `functions`). There are no loops, attributes,
regular expressions or user functions, and every size is capped (`limits`), so an expression's cost is known
before it runs. Enter through `expression`. Grammar, types and limits: docs/reference/feel.md.
"""
