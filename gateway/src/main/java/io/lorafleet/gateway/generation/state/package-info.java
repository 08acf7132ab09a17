// SPDX-License-Identifier: Apache-2.0
/** The generations that a gateway remembers, and the unfinished work of each pool, as folded from the topics. */
@NullMarked
package io.lorafleet.gateway.generation.state;

import org.jspecify.annotations.NullMarked;
