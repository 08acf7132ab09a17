// SPDX-License-Identifier: Apache-2.0
/** The workers, and the base model that they hold. */
@NullMarked
package io.lorafleet.gateway.model;

import org.jspecify.annotations.NullMarked;
