"""How long the agent needs to start where torch is imported already: milliseconds of processor time.

usage: starter.py AGENT_FOLDER RUN_FOLDER
"""

import sys
import time

import torch  # noqa: F401  # imported to be timed

agent, run = sys.argv[1:]
start = time.process_time()
sys.path.append(agent)
from tensorwright import attach  # noqa: E402  # after the time that torch took

attach.begin(run)
attach._attach()
print(1000 * (time.process_time() - start))
