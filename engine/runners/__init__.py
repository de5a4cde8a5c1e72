"""Where the stages run: the only modules, beside intake and report, that set a query in motion."""
