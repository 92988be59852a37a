def run_planted(run): return 1
