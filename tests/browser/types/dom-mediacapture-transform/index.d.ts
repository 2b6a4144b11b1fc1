// mediabunny asks for these types. TypeScript's own library has them by now, but for two names.
interface MediaStreamAudioTrack extends MediaStreamTrack {}
interface MediaStreamVideoTrack extends MediaStreamTrack {}
