// SPDX-License-Identifier: Apache-2.0
/** Where requests come from and replies go to. */
@NullMarked
package io.lorafleet.worker.kafka;

import org.jspecify.annotations.NullMarked;
