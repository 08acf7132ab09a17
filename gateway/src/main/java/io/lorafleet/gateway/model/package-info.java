// SPDX-License-Identifier: Apache-2.0
/** The workers and their base model. */
@NullMarked
package io.lorafleet.gateway.model;

import org.jspecify.annotations.NullMarked;
