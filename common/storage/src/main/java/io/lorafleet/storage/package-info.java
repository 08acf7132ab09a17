// SPDX-License-Identifier: Apache-2.0
/** The blob store: its interface and implementations. */
@NullMarked
package io.lorafleet.storage;

import org.jspecify.annotations.NullMarked;
