"""Print what tensorboard reads in a folder: each scalar's steps and values, and the texts. It runs in a separate environment."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import STORE_EVERYTHING_SIZE_GUIDANCE, EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance=STORE_EVERYTHING_SIZE_GUIDANCE).Reload()
tensors = events.Tags()["tensors"]
json.dump(
    {
        "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]},
        "texts": {tag: events.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in tensors},
        "plugins": {tag: events.SummaryMetadata(tag).plugin_data.plugin_name for tag in tensors},
    },
    sys.stdout,
)
