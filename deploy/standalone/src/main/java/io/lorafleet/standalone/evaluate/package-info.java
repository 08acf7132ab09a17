// SPDX-License-Identifier: Apache-2.0
/** What {@code fleet evaluate} writes: the figures of a student, and its pictures beside the teacher's. */
package io.lorafleet.standalone.evaluate;
