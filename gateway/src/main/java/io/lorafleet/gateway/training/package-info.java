// SPDX-License-Identifier: Apache-2.0
/** What the trainers do, as their events tell it. */
package io.lorafleet.gateway.training;
