// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.diffusion.weights.ModelFileException;

/**
 * A token that is recognised in the text before the text is split into words: a special token, or the word of a textual
 * inversion.
 *
 * @param content text of the token
 * @param leftSpaces whether the token includes the spaces before it
 * @param rightSpaces whether the token includes the spaces after it
 * @param normalized whether the token is searched for in the normalized text, so that case does not matter
 */
record AddedToken(String content, boolean leftSpaces, boolean rightSpaces, boolean normalized) {

    /** A special token that the files name without properties. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false);
    }

    /** @param json properties of the token @param special whether the token is special unless the properties say so */
    static AddedToken of(JsonNode json, boolean special, String source) {
        if (json.path("single_word").booleanValue()) {
            throw new ModelFileException(source + ": added token " + json.path("content")
                    + ": single_word: expected false or no value (this option is not supported), found true");
        }
        boolean isSpecial = json.path("special").asBoolean(special);
        return new AddedToken(
                json.path("content").asText(),
                json.path("lstrip").booleanValue(),
                json.path("rstrip").booleanValue(),
                json.path("normalized").asBoolean(!isSpecial));
    }
}
