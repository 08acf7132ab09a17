// SPDX-License-Identifier: Apache-2.0
/** Opens the blob store that the configuration names. */
@NullMarked
package io.lorafleet.storage.config;

import org.jspecify.annotations.NullMarked;
