"""A workflow runtime that has never heard of municipalities.

It takes definitions drawn in BPMN, runs instances of them one transactional step at a time, and
remembers what each one waits for. SpiffWorkflow moves the tokens; only `engine.spiff` knows it.
"""
