"""Why a job failed, in the words that clients know, and what a video's state says.

The texts of replicas and videos are a part of the contract; those of documents, of which only the codes are, are our own.
"""

from enum import Enum, StrEnum

ADMINISTRATOR = "the administrator of this installation"
"""Whom the texts name for help where the settings name nobody."""


class JobError(Enum):
    """A known failure. An Enum of pairs, not of types alone: one type has two texts."""

    def __init__(self, error_type: str, message: str) -> None:
        self.error_type = error_type
        self._message = message

    def text(self, support_contact: str) -> str:
        """Return the text; `support_contact` (empty: the administrator) stands where it names somebody for help."""
        return self._message.replace("{contact}", support_contact or ADMINISTRATOR)


class ReplicaError(JobError):
    """Why a training ends in `error`."""

    DOWNLOAD_LINK = (
        "download_link",
        "There was an issue downloading your video file. Please ensure that the link you "
        "provided is correct and try again",
    )
    FILE_SIZE = (
        "file_size",
        "The video file you provided exceeds the maximum file size allowed. Please ensure that "
        "the video is less than 750MB and try again.",
    )
    VIDEO_FORMAT = (
        "video_format",
        "There was an issue processing your training video. The video provided is not a .mp4 "
        "file. Please ensure that the training video is a .mp4 file encoded using h.264",
    )
    VIDEO_CODEC = (
        "video_codec",
        "There was an issue processing your training video. The video provided is not encoded "
        "using h.264. Please ensure that the training video is a .mp4 file encoded using h.264",
    )
    VIDEO_CODEC_AND_FORMAT = (
        "video_codec_and_format",
        "There was an issue processing your training video. Please ensure that the training "
        "video is a .mp4 file encoded using h.264",
    )
    VIDEO_DURATION = (
        "video_duration",
        "There was an issue processing your training video. The video provided does not meet the "
        "minimum duration requirement for training",
    )
    VIDEO_FPS = (
        "video_fps",
        "There was an issue processing your training video. The video provided does not meet the "
        "minimum frame rate requirement for a training video. Please ensure your training video "
        "has a frame rate of at least 25fps",
    )
    CONSENT_PHRASE_MISMATCH = (
        "consent_phrase_mismatch",
        "There was an issue processing your training file: Your consent phrase does not match "
        "our requirements. Please follow our specified format closely",
    )
    FACE_OR_OBSTRUCTION_DETECTED = (
        "face_or_obstruction_detected",
        "There was an issue processing your training file: More than one face detected or "
        "obstructions present. Please ensure only your face is visible and clear",
    )
    LIGHTING_CHANGE_DETECTED = (
        "lighting_change_detected",
        "There was an issue processing your training file: Lighting changes detected. Ensure "
        "your face is evenly lit throughout the video",
    )
    BACKGROUND_NOISE_DETECTED = (
        "background_noise_detected",
        "There was an issue processing your training file: Background noise or other voices "
        "detected. Please record in a quiet environment with only your voice",
    )
    VIDEO_EDITING_DETECTED = (
        "video_editing_detected",
        "There was an issue processing your training file: Video appears edited or contains "
        "cuts. Please submit an unedited, continuous video",
    )
    COMMUNITY_GUIDELINES_VIOLATION = (
        "community_guidelines_violation",
        "There was an issue processing your training file: Video violates Community Guidelines. "
        "Please review our guidelines and resubmit your video",
    )
    FACE_NOT_DETECTED = (
        "video_processing",
        "There was an error processing your training video. Face not detected because it "
        "appeared too small in the frame or it was occluded. Please edit or record a new video "
        "and ensure your face is clearly visible and occupies a larger portion of the frame.",
    )
    VIDEO_PROCESSING = (
        "video_processing",
        "There was an error processing your training video file. Please check your video format "
        "and make sure it not damaged and could be played correctly.",
    )
    EXCESSIVE_MOVEMENT_DETECTED = (
        "excessive_movement_detected",
        "There was an issue processing your training file: Excessive movement detected. Please "
        "ensure you are sitting still and centered in the frame",
    )
    AUDIO_PROCESSING = (
        "audio_processing",
        "There was an error processing the audio in the provided training video file.",
    )
    QUALITY_ISSUE_DETECTED = (
        "quality_issue_detected",
        "Quality issue detected. For details and assistance, please reach out to Tavus support via {contact}",
    )
    HANDS_OBSTRUCTING_FACE = (
        "hands_obstructing_face",
        "There was a quality issue with your replica. The user's hand obstructed the face during "
        "recording. Please edit your video or record a new training video and keep hands away "
        "from the face.",
    )
    SECOND_PERSON_DETECTED = (
        "second_person_detected",
        "There was a quality issue with your replica. A second person or face was detected in "
        "the frame. Please edit your video or record a new video with no one else in the "
        "background.",
    )
    IMPROPER_DISTANCE = (
        "improper_distance",
        "There was a quality issue with your replica. The user was either too close to or too "
        "far from the camera. Please review our documentation on proper framing and distance "
        "before editing your video or recording a new video.",
    )
    INCONSISTENT_DISTANCE = (
        "inconsistent_distance",
        "There was a quality issue with your replica. The user's distance from the camera "
        "changed during the recording. Please edit or record a new training video and remain at "
        "a consistent distance from the camera for the entire video.",
    )
    FACE_TURNED_AWAY = (
        "face_turned_away",
        "There was a quality issue with your replica.  User's face turned away from the camera. "
        "Please edit or record a new video and ensure you are facing directly toward the camera "
        "for the entire duration.",
    )
    IMPROPER_CAMERA_ANGLE = (
        "improper_camera_angle",
        "There was a quality issue with your replica. The camera angle was either too low or too "
        "high. Please record a new video with the camera angle at eye level.",
    )
    POOR_LIGHTING = (
        "poor_lighting",
        "There was a quality issue with your replica. The user's face was not clearly visible "
        "due to poor lighting or heavy shadows. Please edit or record a new video with even "
        "lighting on your face, avoiding shadows or dim environments.",
    )
    TEETH_NOT_VISIBLE = (
        "teeth_not_visible",
        "There was a quality issue with your replica. The top and bottom teeth were not clearly "
        "visible during recording, either due to poor lighting or obstruction. Please edit your "
        "video or record a new training video with better lighting and ensure your teeth are "
        "fully visible.",
    )
    OTHER_QUALITY_ISSUE = (
        "other_quality_issue",
        "Quality issue was detected. For details and assistance, please reach out to Tavus support via {contact}",
    )


class VideoError(JobError):
    """Why a rendering ends in `error`."""

    VIDEO_ERROR = (
        "video_error",
        "An error occurred while generating this request. Please check your inputs or try your request again",
    )
    REPLICA_IN_ERROR_STATE = (
        "replica_in_error_state",
        "Request Failed: The replica  is currently in an 'error' state and cannot process "
        "requests. For details on the cause of the error and how to resolve it, please review "
        "the specific information provided for this replica.",
    )
    AUDIO_FILE_MAX_SIZE = (
        "audio_file_max_size",
        "There was an issue generating your video. The audio file exceeds the maximum file size of 750MB.",
    )
    AUDIO_FILE_TYPE = (
        "audio_file_type",
        "There was an issue generating your video. The audio file provided is not a .wav",
    )
    AUDIO_FILE_MIN_DURATION = (
        "audio_file_min_duration",
        "There was an issue generating your video. The duration of the audio file does not reach "
        "the minimum duration requirement of 3 seconds.",
    )
    AUDIO_FILE_MAX_DURATION = (
        "audio_file_max_duration",
        "There was an issue generating your video. The duration of the audio file exceeds the "
        "maximum duration of 10 minutes.",
    )
    AUDIO_FILE_DOWNLOAD_LINK = (
        "audio_file_download_link",
        "There was an issue generating your video. We were unable to download your audio file. "
        "Please ensure that the link you provided is correct and try again.",
    )
    SCRIPT_COMMUNITY_GUIDELINES = (
        "script_community_guidelines",
        "Request has failed as the script violates community guidelines.",
    )


class DocumentError(JobError):
    """Why the processing of a document ends in `error`; the text begins with the code that clients look for."""

    FILE_SIZE_TOO_LARGE = (
        "file_size_too_large",
        "file_size_too_large: The file has more than 50 MB",
    )
    FILE_FORMAT_UNSUPPORTED = (
        "file_format_unsupported",
        "file_format_unsupported: Files of this format are not read",
    )
    INVALID_FILE_URL = (
        "invalid_file_url",
        "invalid_file_url: Nothing can be fetched from document_url",
    )
    FILE_EMPTY = (
        "file_empty",
        "file_empty: There is nothing to read in the file",
    )
    WEBSITE_PROCESSING_FAILED = (
        "website_processing_failed",
        "website_processing_failed: The website cannot be fetched or read",
    )
    CHUNKING_FAILED = (
        "chunking_failed",
        "chunking_failed: The text cannot be divided into passages",
    )
    EMBEDDING_FAILED = (
        "embedding_failed",
        "embedding_failed: The passages cannot be made searchable",
    )
    VECTOR_STORE_FAILED = (
        "vector_store_failed",
        "vector_store_failed: The passages cannot be added to the search index",
    )
    S3_STORAGE_FAILED = (
        "s3_storage_failed",
        "s3_storage_failed: The file cannot be kept in the object store",
    )
    CONTACT_SUPPORT = (
        "contact_support",
        "contact_support: The document could not be processed; {contact} can help",
    )


class VideoStatusDetails(StrEnum):
    """What `status_details` of a video says when nothing failed."""

    GENERATING = ""
    SUCCESS = "Your request has processed successfully!"
    QUEUED = "This request is currently queued. It should begin processing in a few minutes."
    REPLICA_IN_TRAINING = (
        "The training process for replica  is still ongoing. Your request has been placed in the "
        "'queued' status and will automatically proceed to the generation phase once training is "
        "complete. To monitor the current progress of the training, please review the detailed "
        "status of this replica."
    )
