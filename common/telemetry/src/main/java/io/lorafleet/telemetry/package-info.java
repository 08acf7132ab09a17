// SPDX-License-Identifier: Apache-2.0
/** Traces and logs of requests. */
@NullMarked
package io.lorafleet.telemetry;

import org.jspecify.annotations.NullMarked;
