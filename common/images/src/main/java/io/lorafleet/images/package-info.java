/** Image files from strangers: what they cost to decode is known before they are decoded. */
package io.lorafleet.images;
