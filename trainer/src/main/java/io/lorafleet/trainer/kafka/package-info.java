// SPDX-License-Identifier: Apache-2.0
/** The trainer on its topics: one loop that polls, gathers and commits, and what it publishes. */
@NullMarked
package io.lorafleet.trainer.kafka;

import org.jspecify.annotations.NullMarked;
