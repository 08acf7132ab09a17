// SPDX-License-Identifier: Apache-2.0
/** The safetensors format: what a file says it holds. Tensors themselves are read elsewhere. */
@NullMarked
package io.lorafleet.safetensors;

import org.jspecify.annotations.NullMarked;
