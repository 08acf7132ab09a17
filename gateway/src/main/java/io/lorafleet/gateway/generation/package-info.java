// SPDX-License-Identifier: Apache-2.0
/** Requests for images: which are admitted, what becomes of them, and how they are stopped. */
@NullMarked
package io.lorafleet.gateway.generation;

import org.jspecify.annotations.NullMarked;
