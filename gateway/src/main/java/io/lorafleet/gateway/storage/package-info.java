// SPDX-License-Identifier: Apache-2.0
/** Storage of clients' files, within the limits of the disk and of each caller. */
@NullMarked
package io.lorafleet.gateway.storage;

import org.jspecify.annotations.NullMarked;
