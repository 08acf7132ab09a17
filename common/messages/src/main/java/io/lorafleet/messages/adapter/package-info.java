// SPDX-License-Identifier: Apache-2.0
/** The registry: adapter versions and their routes. */
@NullMarked
package io.lorafleet.messages.adapter;

import org.jspecify.annotations.NullMarked;
