"""Prints the scalars of a folder of event files as JSON lines [tag, step, value], as TensorBoard itself reads them."""

import json
import sys

from tensorboard.backend.event_processing import event_accumulator

accumulator = event_accumulator.EventAccumulator(sys.argv[1]).Reload()
for tag in sorted(accumulator.Tags()["scalars"]):
    for event in accumulator.Scalars(tag):
        print(json.dumps([tag, event.step, event.value]))
