// SPDX-License-Identifier: Apache-2.0
/** Implements the benchmarks that need no fleet: the UNet, the VAE, training and loading of adapters. */
@NullMarked
package io.lorafleet.standalone.bench.engine;

import org.jspecify.annotations.NullMarked;
