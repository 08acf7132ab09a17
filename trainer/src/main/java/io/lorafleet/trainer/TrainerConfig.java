package io.lorafleet.trainer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What can be configured of a trainer, beside Quarkus' own keys and {@code kafka.bootstrap.servers}. */
@ConfigMapping(prefix = "lorafleet")
public interface TrainerConfig {

    /** Put before the name of every topic and of the consumer group, so that fleets can share a cluster. Default: none. */
    Optional<String> topicPrefix();

    Storage storage();

    Feedback feedback();

    /** The blob store. */
    interface Storage {
        /** The directory that gateways, workers and trainers share. Required. */
        Path directory();
    }

    /** How feedback is gathered. */
    interface Feedback {
        /** Longest pause before what could not be kept is tried again. */
        @WithDefault("10s")
        Duration maxRetryPause();
    }
}
