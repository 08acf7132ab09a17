// SPDX-License-Identifier: Apache-2.0
/** Stores clients' files, within the disk's and each caller's limits. */
@NullMarked
package io.lorafleet.gateway.storage;

import org.jspecify.annotations.NullMarked;
