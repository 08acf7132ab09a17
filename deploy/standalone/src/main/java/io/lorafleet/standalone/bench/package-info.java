// SPDX-License-Identifier: Apache-2.0
/**
 * Measures a fleet that serves. {@link io.lorafleet.standalone.bench.Workload} is what is asked and when,
 * {@link io.lorafleet.standalone.bench.LoadGenerator} asks it, {@link io.lorafleet.standalone.bench.ServeReport} says
 * how it went, {@link io.lorafleet.standalone.bench.ImageCheck} whether the images are right. Nothing in here knows
 * the command line.
 */
@NullMarked
package io.lorafleet.standalone.bench;

import org.jspecify.annotations.NullMarked;
