// SPDX-License-Identifier: Apache-2.0
/** What the trainers do, as their events tell it. */
@NullMarked
package io.lorafleet.gateway.training;

import org.jspecify.annotations.NullMarked;
