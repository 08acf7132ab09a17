// SPDX-License-Identifier: Apache-2.0
/** The workers, and the base model that they hold. */
package io.lorafleet.gateway.model;
