// SPDX-License-Identifier: Apache-2.0
/** Stores clients' files, within the limits of the disk and each caller. */
@NullMarked
package io.lorafleet.gateway.storage;

import org.jspecify.annotations.NullMarked;
