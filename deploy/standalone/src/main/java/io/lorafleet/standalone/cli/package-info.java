// SPDX-License-Identifier: Apache-2.0
/** The commands of {@code deploy/fleet}. */
@NullMarked
package io.lorafleet.standalone.cli;

import org.jspecify.annotations.NullMarked;
