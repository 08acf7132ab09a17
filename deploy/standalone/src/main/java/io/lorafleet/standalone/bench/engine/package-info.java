// SPDX-License-Identifier: Apache-2.0
/** Implements the benchmarks that do not need a fleet: the UNet, the VAE, training and adapter loading. */
@NullMarked
package io.lorafleet.standalone.bench.engine;

import org.jspecify.annotations.NullMarked;
