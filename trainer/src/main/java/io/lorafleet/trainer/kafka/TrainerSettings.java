// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.trainer.canary.CanaryRules;
import io.lorafleet.trainer.feedback.RunThreshold;
import io.lorafleet.trainer.run.TrainedAdapters;
import java.time.Duration;

/**
 * The settings for the polling loop.
 *
 * @param topicPrefix prefix of all topics; may be empty
 * @param group name of the consumer group, including the prefix
 * @param id name of this trainer
 * @param trains the adapters that this trainer trains; all others are left to the trainers of other pools
 * @param readiness condition for starting a run
 * @param maxRetryPause maximum delay before a retry
 * @param hangTimeout longest time without progress, after which a thread counts as hung
 * @param maxWaiting number of waiting feedback records at which the trainer stops reading a partition
 * @param canaries settings of the canary analysis
 */
record TrainerSettings(
        String topicPrefix,
        String group,
        String id,
        TrainedAdapters trains,
        RunThreshold readiness,
        Duration maxRetryPause,
        Duration hangTimeout,
        int maxWaiting,
        CanaryRules canaries) {}
