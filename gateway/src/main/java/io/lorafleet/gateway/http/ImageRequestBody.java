// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The JSON object of a request that can contain an init image and a mask, for an API whose fields are not those of
 * {@link GenerationBody}.
 */
public record ImageRequestBody(ObjectNode fields) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ImageRequestBody {}

    /** @return the fields without the content of files */
    public ObjectNode withoutFiles() {
        ObjectNode copy = fields.deepCopy();
        copy.remove("init_images");
        copy.remove("mask");
        return copy;
    }
}
