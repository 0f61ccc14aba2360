"""What was learned, told from evidence: what changed, why, who taught it, versions compared; and forgetting, with the
proof that it is gone (docs/learned.md).

    session.account.say_why()                          words, rule, and whose feedback taught the answer
    session.forget.plan(by="ann").told()               what would be taken back, and which versions learned from it
"""
