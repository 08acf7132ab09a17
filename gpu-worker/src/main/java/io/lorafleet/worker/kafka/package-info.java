// SPDX-License-Identifier: Apache-2.0
/** Where requests come from and replies go to. */
package io.lorafleet.worker.kafka;
