// SPDX-License-Identifier: Apache-2.0
/**
 * Admission: checks generation requests, and turns each admitted request into a generate command with all defaults
 * filled in.
 */
@NullMarked
package io.lorafleet.gateway.generation.admission;

import org.jspecify.annotations.NullMarked;
