// SPDX-License-Identifier: Apache-2.0
/** {@code fleet doctor}: whether this machine can run a fleet. */
@NullMarked
package io.lorafleet.standalone.doctor;

import org.jspecify.annotations.NullMarked;
