package io.lorafleet.trainer.publish;

import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.TrainingFinished;
import java.util.Optional;

/** What is to be published of a run, all of it at once with the offsets that it consumed. */
public record Publication(TrainingFinished event, Optional<AdapterVersion> version) {}
