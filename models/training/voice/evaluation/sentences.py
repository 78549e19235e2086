"""Everyday sentences of an assistant, none from the training texts. Numbers are written as they are said."""

from typing import Final

ASSISTANT: Final = (
    "Good morning, how can I help you today?",
    "Your appointment is on Tuesday at nine thirty.",
    "I found three restaurants near the station.",
    "Would you like me to send you a reminder?",
    "The meeting with Doctor Martinez was moved to Friday.",
    "That will be forty two dollars and fifty cents.",
    "Sorry, I did not catch that. Could you say it again?",
    "The train to Boston leaves from platform seven.",
    "It looks like rain this afternoon, so take an umbrella.",
    "What time does the pharmacy close?",
    "I have added milk, eggs and bread to your shopping list.",
    "Please hold the line while I check your account.",
    "Your package should arrive within five working days.",
    "Did you already speak to Jennifer about the invoice?",
    "The password must have at least twelve characters.",
    "Let me explain how the new system works.",
    "You can change your settings at any time.",
    "Is there anything else you would like to know?",
    "The temperature in Chicago is sixty eight degrees.",
    "I am afraid the item is out of stock until March.",
    "Turn left at the second traffic light and drive straight ahead.",
    "Can I ask you a few questions about your experience?",
    "Michael and Sarah will join the video call in ten minutes.",
    "Your order number is eight, one, five, two, nine.",
    "We offer a discount of twenty percent for students.",
    "The museum is closed on Mondays.",
    "Who should I contact if something goes wrong?",
    "Thank you very much for your patience.",
    "First, open the menu and choose a language.",
    "The battery lasts about eleven hours.",
    "I will transfer you to one of my colleagues.",
    "Do you prefer the window or the aisle?",
    "The recipe needs two cups of flour and a little salt.",
    "My name is Emily, and I am a digital assistant.",
    "There are one hundred and fifty people on the waiting list.",
    "How would you describe the problem?",
    "The contract ends on the thirtieth of September.",
    "Press the green button to start the washing machine.",
    "Have you tried turning it off and on again?",
    "Great, everything is ready for your trip to Toronto.",
)


def questions() -> tuple[str, ...]:
    """Return those that end with a question mark."""
    return tuple(sentence for sentence in ASSISTANT if sentence.endswith("?"))
