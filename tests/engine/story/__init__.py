"""Any order of events: the engine's promises hold after each, across crashes, doubles, clock jumps and two nodes.

`subjects` are the processes, `world` is what surrounds them (databases, nodes, crashes) and what must hold there,
`machine` is everything that may befall them, and `test_story` says how often.
"""
