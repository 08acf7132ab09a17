// SPDX-License-Identifier: Apache-2.0
/**
 * Implements {@code fleet bench serve}, which measures a fleet under load: {@link
 * io.lorafleet.standalone.bench.LoadGenerator} sends a {@link io.lorafleet.standalone.bench.Workload}, and {@link
 * io.lorafleet.standalone.bench.ServeReport} summarizes the outcome.
 */
@NullMarked
package io.lorafleet.standalone.bench;

import org.jspecify.annotations.NullMarked;
