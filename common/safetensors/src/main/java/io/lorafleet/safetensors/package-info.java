// SPDX-License-Identifier: Apache-2.0
/** The header of the safetensors format. This package does not read tensors. */
@NullMarked
package io.lorafleet.safetensors;

import org.jspecify.annotations.NullMarked;
