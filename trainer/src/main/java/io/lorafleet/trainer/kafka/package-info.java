// SPDX-License-Identifier: Apache-2.0
/** The trainer on its topics: one loop that polls, gathers and commits, and what it publishes. */
package io.lorafleet.trainer.kafka;
