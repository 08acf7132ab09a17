// SPDX-License-Identifier: Apache-2.0
/** Whether a new version stays, by what it does among real requests. */
package io.lorafleet.trainer.trial;
