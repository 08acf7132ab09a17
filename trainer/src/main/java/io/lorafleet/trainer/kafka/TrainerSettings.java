// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.trainer.canary.CanaryRules;
import io.lorafleet.trainer.feedback.RunThreshold;
import java.time.Duration;

/**
 * @param id of this trainer
 * @param readiness of an adapter's samples for a run
 * @param maxRetryPause longest pause before what failed is tried again
 * @param canaries of new versions
 */
record TrainerSettings(
        String topicPrefix, String id, RunThreshold readiness, Duration maxRetryPause, CanaryRules canaries) {}
