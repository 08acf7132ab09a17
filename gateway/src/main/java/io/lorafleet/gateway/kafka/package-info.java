// SPDX-License-Identifier: Apache-2.0
/** The topics: followers that fold them into what the gateway knows, and the logs that commands are written to. */
@NullMarked
package io.lorafleet.gateway.kafka;

import org.jspecify.annotations.NullMarked;
