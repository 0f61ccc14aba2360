"""What can be said about generated text and checked by code: length, words, form, case, language, start and end.

    holds(rule, "It opens at 8.")            does the text obey? None: nothing here can tell
    repaired("One. Two. Three.", [rule])     "One. Two." where the rule is: at most two sentences
    instruction(rule)                        "Answer in at most two sentences."
    contradictions([rule, other])            what can't both hold
    normal(act, "max 2 sentences")           a constraint as a parser gives it, in these terms

The checks are those of IFEval's verifiable instructions (Zhou et al. 2023, arXiv 2311.07911) and a few more; each is
one record in `checks/`. What nobody can count (tone) is an instruction for the model and nothing else.
"""
