// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.generation.GenerationFailed.Reason;

/**
 * What an image file of a request is for.
 *
 * @param name name in error messages
 * @param unusable reason of the failure if the file cannot be used
 */
record ImageUse(String name, Reason unusable) {
    static final ImageUse INIT_IMAGE = new ImageUse("init image", Reason.INIT_IMAGE_UNUSABLE);
    static final ImageUse MASK = new ImageUse("mask", Reason.INIT_IMAGE_UNUSABLE);

    /** @param index index among the request's ControlNets */
    static ImageUse condition(int index) {
        return new ImageUse("controls[" + index + "].image", Reason.CONDITION_IMAGE_UNUSABLE);
    }
}
