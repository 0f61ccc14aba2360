"""What to ask next, and when it is enough: candidates for a strategy, what its picks brought, the learning curve, and
which earlier feedback is rehearsed (docs/asking.md).

    choose(bench, conversation)  ->  Chosen(example, why="torn between complaint and order", by="margin")
"""
