// SPDX-License-Identifier: Apache-2.0
/** The registry: adapter versions, their routes and their numbers. */
@NullMarked
package io.lorafleet.registry;

import org.jspecify.annotations.NullMarked;
