// SPDX-License-Identifier: Apache-2.0
/**
 * The state that a gateway derives from the topics: the generations that it remembers, and the unfinished work of each
 * pool.
 */
@NullMarked
package io.lorafleet.gateway.generation.state;

import org.jspecify.annotations.NullMarked;
